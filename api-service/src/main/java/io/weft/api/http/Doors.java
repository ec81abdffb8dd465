package io.weft.api.http;

import jakarta.enterprise.context.ApplicationScoped;

/** What every resource goes through. */
@ApplicationScoped
public class Doors {
    private final Reads reads;
    private final Writes writes;
    private final Pages pages;
    private final Trail trail;
    private final EntityTags tags;
    private final CurrentCall call;

    Doors(Reads reads, Writes writes, Pages pages, Trail trail, EntityTags tags, CurrentCall call) {
        this.reads = reads;
        this.writes = writes;
        this.pages = pages;
        this.trail = trail;
        this.tags = tags;
        this.call = call;
    }

    public Reads reads() {
        return reads;
    }

    public Writes writes() {
        return writes;
    }

    public Pages pages() {
        return pages;
    }

    public Trail trail() {
        return trail;
    }

    public EntityTags tags() {
        return tags;
    }

    public CurrentCall call() {
        return call;
    }
}
