"""The composition root: settings become engines, keys, policies and services. Nothing else constructs anything."""
