package io.weft.api.http;

/** An answered object that has an entity tag. */
public interface Viewed {
    String id();

    /** Grows with each write of a caller, never with the status. */
    long generation();

    Object status();
}
