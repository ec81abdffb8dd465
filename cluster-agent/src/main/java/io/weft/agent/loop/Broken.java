package io.weft.agent.loop;

import org.jboss.logging.Logger;

/** What a part of the agent does on an {@link Error}: half an agent looks alive and does nothing. */
public final class Broken {
    private static final Logger LOG = Logger.getLogger(Broken.class);

    private Broken() {}

    /** Ends the process, so that the kubelet starts a whole one. */
    public static void end(String part, Error error) {
        LOG.fatalf(error, "%s is broken; the process ends", part);
        Runtime.getRuntime().halt(1);
    }
}
