package io.weft.model.policy;

import java.util.Comparator;

/** A service account; written {@code namespace/name}. */
public record ServiceAccountRef(String namespace, String name) implements Comparable<ServiceAccountRef> {
    private static final Comparator<ServiceAccountRef> ORDER =
            Comparator.comparing(ServiceAccountRef::namespace).thenComparing(ServiceAccountRef::name);

    /** The text has been checked to be of the form {@code namespace/name}. */
    static ServiceAccountRef parse(String text) {
        int slash = text.indexOf('/');
        return new ServiceAccountRef(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(ServiceAccountRef other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
