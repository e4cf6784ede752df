"""The engine: what health means, computed and explained. No Django, no clock, no network, no settings."""
