package io.weft.agent;

import io.weft.agent.kube.KubeRefusal;
import java.time.Duration;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Asks the API server until it answers: an agent that ends when it is away is started into the same, more and more slowly. */
final class Patience {
    private static final Logger LOG = Logger.getLogger(Patience.class);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private Patience() {}

    /** @param what is asked for, as the log names it */
    static <T> T ask(String what, Supplier<T> question) {
        Duration pause = Duration.ofSeconds(1);
        while (true) {
            try {
                return question.get();
            } catch (KubeRefusal refusal) {
                LOG.warnf(
                        "%s must wait, asking again in %d s: %s",
                        what, (Object) pause.toSeconds(), refusal.getMessage());
            }
            sleep(what, pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : pause.multipliedBy(2);
        }
    }

    private static void sleep(String what, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("told to end while waiting for " + what, e);
        }
    }
}
