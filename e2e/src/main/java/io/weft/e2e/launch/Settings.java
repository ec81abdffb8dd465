package io.weft.e2e.launch;

import java.util.Map;

/**
 * Ports of this machine, counted from the first one.
 *
 * @param first api-service; the others follow
 */
public record Settings(int first) {
    private static final int DEFAULT_FIRST = 8280;
    private static final int GATEWAY_AFTER = 3;
    private static final int LOWEST = 1024;
    private static final int HIGHEST = 65_000;

    public Settings {
        if (first < LOWEST || first > HIGHEST) {
            throw new Failure(
                    "weft", "WEFT_PORT is " + first, "choose a first port between " + LOWEST + " and " + HIGHEST);
        }
    }

    /** WEFT_PORT names the first port. */
    public static Settings of(Map<String, String> environment) {
        String given = environment.getOrDefault("WEFT_PORT", Integer.toString(DEFAULT_FIRST));
        try {
            return new Settings(Integer.parseInt(given));
        } catch (NumberFormatException e) {
            throw new Failure("weft", "WEFT_PORT is " + given, "give a number such as " + DEFAULT_FIRST).causedBy(e);
        }
    }

    public int api() {
        return first;
    }

    int fleetHealth() {
        return first + 1;
    }

    int upgradeHealth() {
        return first + 2;
    }

    int gateway() {
        return first + GATEWAY_AFTER;
    }

    public String apiUrl() {
        return "http://127.0.0.1:" + api();
    }
}
