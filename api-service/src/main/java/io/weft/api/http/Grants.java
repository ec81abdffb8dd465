package io.weft.api.http;

import io.weft.kit.tenancy.Reach;
import io.weft.kit.tenancy.Reach.Scope;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What somebody may do, and where: the roles that are bound to them. */
public final class Grants {
    private final List<Grant> grants;
    private final Map<Permission, Reach> reaches = new ConcurrentHashMap<>();

    public Grants(Collection<Grant> grants) {
        this.grants = List.copyOf(grants);
    }

    /**
     * One role in one place.
     *
     * @param limit of the role only what this one includes too
     */
    public record Grant(Role role, Role limit, Scope scope) {
        private String text() {
            return role == limit ? role.text() : role.text() + " as " + limit.text();
        }

        boolean includes(Permission permission) {
            return permission.grantedTo(role) && permission.grantedTo(limit);
        }
    }

    /** Where the permission is given. */
    public Reach reach(Permission permission) {
        return reaches.computeIfAbsent(
                permission,
                asked -> Reach.of(grants.stream()
                        .filter(grant -> grant.includes(asked))
                        .map(Grant::scope)
                        .toList()));
    }

    /** The roles, wherever they hold, as in {@code editor, operator as viewer}. */
    String roles() {
        return grants.stream().map(Grant::text).distinct().sorted().collect(Collectors.joining(", "));
    }

    /** Whether all that a role gives is given in the scope. */
    public boolean include(Role role, Scope scope) {
        return Arrays.stream(Permission.values())
                .filter(permission -> permission.grantedTo(role))
                .allMatch(permission -> reach(permission).covers(scope));
    }
}
