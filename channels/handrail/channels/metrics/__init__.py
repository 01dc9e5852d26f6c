"""What Prometheus is told: what this process has done, and how things stand across all of them."""
