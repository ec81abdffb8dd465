package io.weft.fleet.render;

import io.weft.model.manifest.CanonicalJson;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The few archives the child process needs, found by where this process loaded their classes from. */
final class RenderClassPath {
    private static final List<String> CLASSES = List.of(
            RenderMain.class.getName(),
            CanonicalJson.class.getName(),
            "com.marcnuri.helm.Helm",
            "com.marcnuri.helm.jni.HelmLib",
            "com.marcnuri.helm.jni.linux.amd64.LinuxAmd64NativeLibrary",
            "com.sun.jna.Native",
            "com.sun.jna.platform.FileUtils",
            "org.yaml.snakeyaml.Yaml");

    private RenderClassPath() {}

    /** Throws IllegalStateException naming a class whose archive cannot be told. */
    static String value() {
        Set<String> places = new LinkedHashSet<>();
        for (String name : CLASSES) {
            places.add(place(name).toString());
        }
        return String.join(File.pathSeparator, places);
    }

    private static Path place(String name) {
        try {
            Class<?> type = Class.forName(name, false, RenderClassPath.class.getClassLoader());
            CodeSource source = type.getProtectionDomain().getCodeSource();
            if (source == null || source.getLocation() == null) {
                throw new IllegalStateException("class " + name + " does not tell where it was loaded from");
            }
            Path place = Path.of(fileOf(source.getLocation().toURI()));
            if (!Files.exists(place)) {
                throw new IllegalStateException("class " + name + " was loaded from " + place + ", which is gone");
            }
            return place;
        } catch (ClassNotFoundException | URISyntaxException e) {
            throw new IllegalStateException("the renderer needs class " + name + " on the class path", e);
        }
    }

    /** {@code jar:file:/x.jar!/} and {@code file:/x.jar} alike. */
    private static URI fileOf(URI location) throws URISyntaxException {
        String text = location.toString();
        if (text.startsWith("jar:")) {
            int end = text.indexOf("!/");
            return new URI(text.substring("jar:".length(), end < 0 ? text.length() : end));
        }
        return location;
    }
}
