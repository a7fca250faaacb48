"""How the pair head is made: data of our own, streams as a cache sees them, boosted trees. `make train-head`."""
