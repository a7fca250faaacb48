"""Gateways of others under the same load, beside ours: installed by `bench/peers/install.sh`, never required."""
