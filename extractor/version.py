"""The version, in the one place that the package, the result and the build read it from."""

VERSION = "0.1.0"
