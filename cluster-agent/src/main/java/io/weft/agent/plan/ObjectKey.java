package io.weft.agent.plan;

import io.weft.protocol.v1.ObjectRef;
import java.util.Comparator;

/** Names one object. {@code group} is "" for core, {@code namespace} "" for cluster-wide kinds. */
public record ObjectKey(String group, String version, String kind, String namespace, String name)
        implements Comparable<ObjectKey> {
    /** Group of documents that are no Kubernetes objects (placement, probe, scrape, read). */
    public static final String DOCUMENT_GROUP = "weft.io";

    private static final Comparator<ObjectKey> ORDER = Comparator.comparing(ObjectKey::group)
            .thenComparing(ObjectKey::kind)
            .thenComparing(ObjectKey::namespace)
            .thenComparing(ObjectKey::name)
            .thenComparing(ObjectKey::version);

    public static ObjectKey of(ObjectRef ref) {
        return new ObjectKey(ref.getGroup(), ref.getVersion(), ref.getKind(), ref.getNamespace(), ref.getName());
    }

    public ObjectRef toRef() {
        return ObjectRef.newBuilder()
                .setGroup(group)
                .setVersion(version)
                .setKind(kind)
                .setNamespace(namespace)
                .setName(name)
                .build();
    }

    public boolean isDocument() {
        return DOCUMENT_GROUP.equals(group);
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The kind alone, whichever version serves it. */
    public boolean sameKind(ObjectKey other) {
        return group.equals(other.group) && kind.equals(other.kind);
    }

    /** The same object, whichever version names it. */
    public ObjectKey anyVersion() {
        return new ObjectKey(group, "", kind, namespace, name);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
