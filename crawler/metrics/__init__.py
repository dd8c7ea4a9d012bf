"""What monitoring is told: Prometheus' text format, by an endpoint of the daemon or as a file for node-exporter."""
