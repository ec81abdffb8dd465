package io.weft.fleet.agents;

/** Text from agents, bounded, and without what PostgreSQL cannot store. */
final class Reported {
    private static final int MAX_TEXT = 1000;

    private Reported() {}

    static String text(String text) {
        return text(text, MAX_TEXT);
    }

    static String text(String text, int maxCharacters) {
        String clean = text.replace("\0", "");
        return clean.length() <= maxCharacters ? clean : clean.substring(0, maxCharacters);
    }
}
