package io.weft.e2e.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** PostgreSQL and Kafka of this machine, as {@code services.json} of local-services describes them. */
public final class LocalServices {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode about;

    private LocalServices(Path file, JsonNode about) {
        this.file = file;
        this.about = about;
    }

    static Path description(Layout layout) {
        return layout.services().resolve("services.json");
    }

    /** Throws {@link Failure} when there is none. */
    public static LocalServices read(Layout layout) {
        Path file = description(layout);
        try {
            return new LocalServices(file, JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new Failure("local-services", file + ": " + e.getMessage(), "run ./weft up");
        }
    }

    static boolean described(Layout layout) {
        return Files.exists(description(layout));
    }

    public String jdbcUrl() {
        return text("postgres", "jdbcUrl");
    }

    /** File that holds the password of a login such as {@code weft_api}. */
    public Path passwordFile(String login) {
        return Path.of(text("postgres", "passwordFiles", login));
    }

    public String password(String login) {
        try {
            return Files.readString(passwordFile(login)).strip();
        } catch (IOException e) {
            throw new Failure("local-services", "password of " + login + ": " + e.getMessage(), "run ./weft up");
        }
    }

    String kafka() {
        return text("kafka", "bootstrapServers");
    }

    /** The process of {@code postgres} or {@code kafka}. */
    public long pid(String service) {
        return about.path(service).path("pid").asLong();
    }

    private String text(String... path) {
        JsonNode node = about;
        for (String name : path) {
            node = node.path(name);
        }
        if (!node.isTextual()) {
            throw new Failure(
                    "local-services",
                    file + " has no " + String.join(".", List.of(path)),
                    "run ./weft down, then ./weft up");
        }
        return node.asText();
    }
}
