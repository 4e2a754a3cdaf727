"""What gateways fetch: the signed index of grants, and the key that it is checked with."""
