package io.weft.fleet;

import io.weft.fleet.signer.AgentIdentity;
import io.weft.kit.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Rows that other services would have written, and looks at what this one wrote; row security does not bind it. */
public final class Fleet {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Fleet() {}

    /** A new organisation. */
    public static TenantId tenant() {
        return new TenantId(FleetServices.database().tenant("org-" + NUMBER.incrementAndGet()));
    }

    /** A registered cluster without an agent. */
    public static AgentIdentity cluster(TenantId tenant) {
        UUID id = UUID.randomUUID();
        update("INSERT INTO cluster (tenant_id, id, name, spec) VALUES (?, ?, ?, '{}')", tenant.value(), id, "c-" + id);
        update("INSERT INTO agent_link (tenant_id, cluster_id) VALUES (?, ?)", tenant.value(), id);
        update(
                "INSERT INTO cluster_status (tenant_id, cluster_id, kubernetes_version) VALUES (?, ?, ?)",
                tenant.value(),
                id,
                TestAgent.KUBERNETES_VERSION);
        return new AgentIdentity(tenant, id);
    }

    /** A join token for the cluster, valid for 15 minutes. */
    public static String token(AgentIdentity cluster) {
        return token(cluster, Duration.ofMinutes(15));
    }

    /** A join token that expires in {@code lifetime}, which may be negative. */
    public static String token(AgentIdentity cluster, Duration lifetime) {
        String token = "weft_enr_" + UUID.randomUUID().toString().replace("-", "");
        UUID id = UUID.randomUUID();
        UUID tenant = cluster.tenant().value();
        update("""
                INSERT INTO enrolment_token (tenant_id, id, cluster_id, hash, expire_time)
                VALUES (?, ?, ?, ?, now() + make_interval(secs => ?))
                """, tenant, id, cluster.cluster(), sha256(token), (double) lifetime.toSeconds());
        update(
                "INSERT INTO credential_index (hash, kind, tenant_id, object_id) VALUES (?, 'joinToken', ?, ?)",
                sha256(token),
                tenant,
                id);
        return token;
    }

    public static void revokeToken(String token) {
        update("UPDATE enrolment_token SET revoke_time = now() WHERE hash = ?", sha256(token));
    }

    /** What api-service does when somebody revokes an agent. */
    public static void revokeAgent(AgentIdentity agent) {
        update(
                "UPDATE agent_link SET registration_epoch = registration_epoch + 1 WHERE cluster_id = ?",
                agent.cluster());
        update("""
                INSERT INTO revocation_feed (tenant_id, cluster_id, registration_epoch)
                SELECT tenant_id, cluster_id, registration_epoch FROM agent_link WHERE cluster_id = ?
                """, agent.cluster());
    }

    /** Reasons of refused attempts at a cluster, oldest first. */
    public static List<String> refusals(AgentIdentity cluster) {
        return texts(
                "SELECT detail ->> 'reason' FROM audit_entry WHERE tenant_id = ? AND target_id = ? AND detail ? 'reason' ORDER BY time",
                cluster.tenant().value(),
                cluster.publicId());
    }

    /** Actions at a cluster, oldest first. */
    public static List<String> actions(AgentIdentity cluster) {
        return texts(
                "SELECT action FROM audit_entry WHERE tenant_id = ? AND target_id = ? ORDER BY time",
                cluster.tenant().value(),
                cluster.publicId());
    }

    public static int update(String sql, Object... values) {
        try (Connection connection = FleetServices.database().superuser();
                PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("Refused: " + sql, e);
        }
    }

    /** The first column of all rows, as text; null is {@code "null"}. */
    public static List<String> texts(String sql, Object... values) {
        try (Connection connection = FleetServices.database().superuser();
                PreparedStatement statement = prepare(connection, sql, values);
                ResultSet row = statement.executeQuery()) {
            List<String> texts = new ArrayList<>();
            while (row.next()) {
                texts.add(String.valueOf(row.getString(1)));
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException("Refused: " + sql, e);
        }
    }

    /** The one value, as text. */
    public static String text(String sql, Object... values) {
        return texts(sql, values).getFirst();
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql.replace("detail ? '", "detail ?? '"));
        for (int index = 0; index < values.length; index++) {
            statement.setObject(index + 1, values[index]);
        }
        return statement;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
