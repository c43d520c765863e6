"""The log's own pages: quarantine and imports."""
