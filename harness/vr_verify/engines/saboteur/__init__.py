"""An engine that lies on request: it wraps any other engine, so that detectors can be tested."""
