"""What a purge reaches."""

from warmlane.model import Row, Scope


def require_some(scope: Scope) -> None:
    """Raises: ValueError for a scope that names nothing, which would be everything."""
    if scope.tenant is None and scope.partition is None and scope.label is None:
        msg = "a scope names a tenant, a partition or a label"
        raise ValueError(msg)


def reaches(scope: Scope, row: Row) -> bool:
    """Whether `row` matches every field of `scope` that is set."""
    return (
        scope.tenant in {None, row.tenant}
        and scope.partition in {None, row.partition}
        and (scope.label is None or scope.label in row.labels)
    )
