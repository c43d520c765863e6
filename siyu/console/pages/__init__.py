"""The console's pages: the workbench, the dashboard."""
