package io.weft.kit.tenancy;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where within an organisation somebody may act: everywhere, or in some clusters and namespaces. */
public final class Reach {
    public static final Reach EVERYWHERE = new Reach(true, Set.of());
    public static final Reach NOWHERE = new Reach(false, Set.of());

    private static final String ALL = "*";

    private final boolean everywhere;
    private final Set<String> places;

    private Reach(boolean everywhere, Set<String> places) {
        this.everywhere = everywhere;
        this.places = places;
    }

    /** Everywhere when one of the scopes is the whole organisation. */
    public static Reach of(Collection<Scope> scopes) {
        return scopes.stream().anyMatch(Scope::organisation)
                ? EVERYWHERE
                : new Reach(false, scopes.stream().map(Scope::text).collect(Collectors.toCollection(TreeSet::new)));
    }

    public boolean everywhere() {
        return everywhere;
    }

    public boolean nowhere() {
        return !everywhere && places.isEmpty();
    }

    /** Whether all of a scope lies within. */
    public boolean covers(Scope scope) {
        return everywhere || scope.around().map(Scope::text).anyMatch(places::contains);
    }

    /** What {@code in_reach} reads: places that are separated by blanks, or {@code *}. */
    String text() {
        return everywhere ? ALL : String.join(" ", places);
    }

    @Override
    public String toString() {
        return "Reach[" + text() + "]";
    }

    /**
     * A part of an organisation.
     *
     * @param cluster null = the whole organisation
     * @param namespace null = the whole cluster
     */
    public record Scope(@Nullable UUID cluster, @Nullable String namespace) {
        public static final Scope ORGANISATION = new Scope(null, null);

        public Scope {
            if (cluster == null && namespace != null) {
                throw new IllegalArgumentException("a namespace belongs to a cluster");
            }
        }

        boolean organisation() {
            return cluster == null;
        }

        /** What two scopes have in common; empty when that is nothing. */
        public Optional<Scope> within(Scope other) {
            if (other.around().anyMatch(this::equals) || organisation()) {
                return Optional.of(other);
            }
            return around().anyMatch(other::equals) || other.organisation() ? Optional.of(this) : Optional.empty();
        }

        /** The places, from this one outwards, whose reach includes this one. */
        private Stream<Scope> around() {
            return namespace == null ? Stream.of(this) : Stream.of(this, new Scope(cluster, null));
        }

        private String text() {
            return cluster == null ? ALL : namespace == null ? cluster.toString() : cluster + "/" + namespace;
        }
    }
}
