"""SMS by Aliyun 阿里云短信."""
