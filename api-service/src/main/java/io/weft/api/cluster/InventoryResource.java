package io.weft.api.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.weft.api.http.Doors;
import io.weft.api.http.Ids;
import io.weft.api.http.Page;
import io.weft.api.http.PageRequest;
import io.weft.api.http.Paged;
import io.weft.api.http.Permission;
import io.weft.api.http.Positioned;
import io.weft.api.http.Prefix;
import io.weft.api.http.Requires;
import io.weft.kit.id.PublicId;
import io.weft.kit.tenancy.TenantTx;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** What the agents see: namespaces, services, workloads. In no particular order across pages. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1")
class InventoryResource {
    private final Doors doors;

    InventoryResource(Doors doors) {
        this.doors = doors;
    }

    /**
     * A namespace.
     *
     * @param installationId the installation the namespace is placed on, absent when on none
     * @param revision the proxies' revision that is wanted there
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record NamespaceView(
            String clusterId,
            String name,
            JsonNode labels,
            @Nullable String installationId,
            @Nullable String revision) {}

    /** A Kubernetes Service. */
    public record ServiceView(
            String clusterId, String namespace, String name, JsonNode labels, JsonNode selector, JsonNode ports) {}

    /** A Deployment or the like. */
    public record WorkloadView(
            String clusterId,
            String namespace,
            String name,
            JsonNode labels,
            JsonNode podLabels,
            JsonNode serviceAccount,
            JsonNode replicas,
            JsonNode graceful) {}

    record ObjectRow(
            UUID id,
            Instant createTime,
            UUID clusterId,
            String namespace,
            String name,
            JsonNode body,
            @Nullable UUID installationId,
            @Nullable String revision)
            implements Positioned {}

    /** Rows have no id of their own: a hash of their key gives lists a stable place to go on from. */
    private static final String QUERY = """
            WITH object AS (
                SELECT md5(cluster_id || '/' || namespace || '/' || name)::uuid AS id,
                    'epoch'::timestamptz AS create_time, cluster_id, namespace, name, body, tenant_id
                FROM inventory_object
                WHERE kind = ? AND (?::uuid IS NULL OR cluster_id = ?::uuid) AND (?::text IS NULL OR namespace = ?::text)
                    AND in_reach(cluster_id, COALESCE(NULLIF(namespace, ''), name)))
            SELECT id, create_time, o.cluster_id, o.namespace, name, body, p.installation_id, p.revision
            FROM object o LEFT JOIN placement p
                ON p.tenant_id = o.tenant_id AND p.cluster_id = o.cluster_id AND p.namespace = COALESCE(NULLIF(o.namespace, ''), o.name)
            WHERE""" + PageRequest.AFTER + "ORDER BY create_time, id LIMIT ?";

    private static List<ObjectRow> objects(
            TenantTx tx, PageRequest page, String kind, @Nullable UUID cluster, @Nullable String namespace) {
        return tx.list(
                ObjectRow.class,
                QUERY,
                kind,
                cluster,
                cluster,
                namespace,
                namespace,
                page.afterTime(),
                page.afterTime(),
                page.afterId(),
                page.limit());
    }

    @GET
    @Path("/namespaces")
    @Paged
    @Requires(value = Permission.INVENTORY_READ, scoped = true)
    @Operation(summary = "Lists the namespaces that agents report")
    public Page<NamespaceView> namespaces(UriInfo uri, @QueryParam("clusterId") @Nullable String clusterId) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages()
                .list(
                        uri,
                        (tx, page) -> objects(tx, page, "Namespace", cluster, null),
                        row -> new NamespaceView(
                                PublicId.format(Prefix.CLUSTER, row.clusterId()),
                                row.name(),
                                row.body().path("labels"),
                                row.installationId() == null
                                        ? null
                                        : PublicId.format(Prefix.INSTALLATION, row.installationId()),
                                row.revision()));
    }

    @GET
    @Path("/services")
    @Paged
    @Requires(value = Permission.INVENTORY_READ, scoped = true)
    @Operation(summary = "Lists the services that agents report")
    public Page<ServiceView> services(
            UriInfo uri,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages()
                .list(
                        uri,
                        (tx, page) -> objects(tx, page, "Service", cluster, namespace),
                        row -> new ServiceView(
                                PublicId.format(Prefix.CLUSTER, row.clusterId()),
                                row.namespace(),
                                row.name(),
                                row.body().path("labels"),
                                row.body().path("selector"),
                                row.body().path("ports")));
    }

    @GET
    @Path("/workloads")
    @Paged
    @Requires(value = Permission.INVENTORY_READ, scoped = true)
    @Operation(summary = "Lists the workloads that agents report")
    public Page<WorkloadView> workloads(
            UriInfo uri,
            @QueryParam("clusterId") @Nullable String clusterId,
            @QueryParam("namespace") @Nullable String namespace) {
        UUID cluster = Ids.inQuery(Prefix.CLUSTER, clusterId, "clusterId");
        return doors.pages()
                .list(
                        uri,
                        (tx, page) -> objects(tx, page, "Workload", cluster, namespace),
                        row -> new WorkloadView(
                                PublicId.format(Prefix.CLUSTER, row.clusterId()),
                                row.namespace(),
                                row.name(),
                                row.body().path("labels"),
                                row.body().path("podLabels"),
                                row.body().path("serviceAccount"),
                                row.body().path("replicas"),
                                row.body().path("graceful")));
    }
}
