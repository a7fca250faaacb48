"""What the gateway costs, as ratios against a floor and a pass-through that were measured beside it in the same run."""
