"""How stages call each other: plain HTTP beside Serve's control plane, which says where everybody is.

`discovery` knows the replicas of a stage, `server` answers for one of them, `client` calls them; `wire` is what goes
over.
"""
