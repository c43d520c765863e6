"""The demo: a year of public shopping data and what is simulated around it, lived through the real ingest path and the pump."""

SOURCE = "completejourney"  # what the data set says, to the cent
SIMULATION = "simulation"  # everything the data set does not have: joins, friends, groups, refunds, page views, people who never bought
BADGES = {SOURCE: "公开教学数据", SIMULATION: "模拟"}
TITLES = {SOURCE: "The Complete Journey(公开教学数据)", SIMULATION: "模拟的私域行为"}
