package io.weft.e2e.demo;

/**
 * The load client's requests of the same windows, as the hub and as the client itself counted them.
 *
 * @param records samples that arrived from the cluster
 * @param samplesLost samples of which the hub knows that they did not arrive
 */
public record Counted(long byWeft, long byClient, long records, long samplesLost) {
    /** Difference in percent of the client's own count. */
    public double apartPercent() {
        return byClient == 0 ? 100 : Math.abs(byWeft - byClient) * 100.0 / byClient;
    }
}
