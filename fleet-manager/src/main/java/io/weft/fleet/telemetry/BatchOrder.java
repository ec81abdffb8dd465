package io.weft.fleet.telemetry;

/**
 * Keeps the batches of one stream without gaps: the aggregator drops whatever is not newer than what it has, so a batch may
 * go on only after all before it. Once one is refused, so are the ones sent after it, until the agent goes back and sends
 * from its oldest unacknowledged one.
 */
final class BatchOrder {
    private long run = Long.MIN_VALUE;
    private long highestSeen = Long.MIN_VALUE;
    private long highestTaken = Long.MIN_VALUE;
    private boolean refused;

    /** What to do with a batch. */
    enum Answer {
        TAKE,
        ALREADY_TAKEN,
        REFUSE
    }

    synchronized Answer arrives(long run, long sequence) {
        if (run != this.run) {
            begin(run);
        }
        boolean wentBack = sequence <= highestSeen;
        highestSeen = Math.max(highestSeen, sequence);
        if (refused && !wentBack) {
            return Answer.REFUSE;
        }
        if (sequence <= highestTaken) {
            return Answer.ALREADY_TAKEN;
        }
        refused = false;
        highestTaken = sequence;
        return Answer.TAKE;
    }

    /** The batch was not taken after all, or got lost: it and everything after it must come again. */
    synchronized void refused(long run, long sequence) {
        if (run == this.run) {
            refused = true;
            highestTaken = Math.min(highestTaken, sequence - 1);
            // Only what comes from now on tells whether the agent went back; this pass may itself be a second one.
            highestSeen = sequence;
        }
    }

    private void begin(long newRun) {
        run = newRun;
        highestSeen = Long.MIN_VALUE;
        highestTaken = Long.MIN_VALUE;
        refused = false;
    }
}
