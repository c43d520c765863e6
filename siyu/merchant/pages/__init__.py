"""The ground's pages: the door, the account, settings, organisation, staff, keys, audit, alarms."""
