package io.weft.upgrade.decision;

/** A control plane's revision (a label value such as {@code 1-27-0}) and its version ({@code 1.27.0}). */
public record MeshRevision(String revision, String version) {
    /** The revision that a version is installed under: dots are not allowed in a revision. */
    public static MeshRevision of(String version) {
        return new MeshRevision(version.replace('.', '-'), version);
    }
}
