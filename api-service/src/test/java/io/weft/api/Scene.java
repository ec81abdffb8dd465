package io.weft.api;

import io.weft.kit.id.PublicId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One organisation's objects, made as somebody asks for them: an object of each type that an id in an example may name.
 */
final class Scene {
    private static final Pattern ID = Pattern.compile("\\b([a-z]{2,3})_[0-9a-z]{26}\\b");

    private final Api api;
    private final boolean upgrade;
    private final Map<String, String> ids = new TreeMap<>();

    /** {@code upgrade}: the mesh is to want a newer version than the one that is installed. */
    Scene(Api api, boolean upgrade) {
        this.api = api;
        this.upgrade = upgrade;
    }

    /** The text with every id in it replaced by that of one of this scene's objects, which then exists. */
    String fill(String text) {
        return ID.matcher(text).replaceAll(match -> Matcher.quoteReplacement(id(match.group(1))));
    }

    /** Public id of the object with this prefix. */
    String id(String prefix) {
        String known = ids.get(prefix);
        if (known != null) {
            return known;
        }
        String made = make(prefix);
        if (!made.startsWith(prefix + "_")) {
            throw new IllegalStateException("the scene could not make a " + prefix + ": " + made);
        }
        ids.put(prefix, made);
        return made;
    }

    private String make(String prefix) {
        return switch (prefix) {
            case "clu" -> cluster();
            case "ren" -> Fixtures.upload(api, Api.unique("1.26.100")).id();
            case "msh" -> Fixtures.mesh(api, "1.26.0");
            case "ins" -> installation();
            case "pol" -> policy();
            case "prb" -> probe();
            case "rol" -> rollout();
            case "key" ->
                api.post("/api-keys", """
                        {"name":"%s","spec":{"role":"viewer","expireTime":"%s"}}
                        """.formatted(
                                        Api.unique("key"), Instant.now().plus(1, ChronoUnit.DAYS)))
                        .id();
            case "sa" ->
                api.post("/service-accounts", "{\"name\":\"%s\"}".formatted(Api.unique("account")))
                        .id();
            case "rbn" ->
                api.post("/role-bindings", """
                        {"name":"%s","spec":{"serviceAccountId":"%s","role":"viewer"}}
                        """.formatted(Api.unique("binding"), id("sa")))
                        .id();
            case "enr" ->
                api.post("/enrolment-tokens", "{\"spec\":{\"clusterId\":\"%s\"}}".formatted(id("clu")))
                        .id();
            default -> throw new IllegalStateException("the scene knows no object with prefix " + prefix);
        };
    }

    private String cluster() {
        String cluster = Fixtures.cluster(api, "{\"set\":\"" + Api.unique("set") + "\"}");
        Fixtures.connected(cluster);
        Fixtures.namespace(cluster, "shop", "{\"team\":\"shop\"}");
        return cluster;
    }

    private String installation() {
        String installation = Fixtures.installation(api, id("msh"), id("clu"), "team=shop");
        if (upgrade) {
            Fixtures.upload(api, "1.27.0");
            api.patch("/meshes/" + id("msh"), "{\"spec\":{\"version\":\"1.27.0\"}}");
        }
        return installation;
    }

    private String policy() {
        id("ins");
        String selector =
                api.get("/clusters/" + id("clu")).body().at("/labels/set").asText();
        return api.post("/policies", """
                {"name":"%s","kind":"mutualTls",
                 "spec":{"target":{"namespace":"shop","clusterSelector":"set=%s"},"mutualTls":{"mode":"strict"}}}
                """.formatted(Api.unique("policy"), selector))
                .id();
    }

    private String probe() {
        Hub.sql("""
                INSERT INTO probe (tenant_id, id, policy_id, installation_id, policy_generation, document, digest)
                SELECT tenant_id, gen_random_uuid(), policy_id, installation_id, 1,
                    '{"kind":"plaintextRefused","url":"http://x"}', 'd'
                FROM policy_target WHERE policy_id = '%s'
                """.formatted(PublicId.parse("pol", id("pol"))));
        return api.get("/probes?policyId=" + id("pol")).body().at("/items/0/id").asText();
    }

    private String rollout() {
        return api.post("/rollouts", """
                {"spec":{"installationId":"%s","toVersion":"1.27.0","waves":[{"name":"all"}],"acceptUnsupported":["envoy"]}}
                """.formatted(id("ins"))).id();
    }
}
