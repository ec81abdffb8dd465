package io.weft.api.tenant;

import io.weft.api.http.Doors;
import io.weft.api.http.Permission;
import io.weft.api.http.Prefix;
import io.weft.api.http.Requires;
import io.weft.kit.id.PublicId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The caller's organisation, which the credential alone decides. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/organisations")
class OrganisationResource {
    private final Doors doors;

    OrganisationResource(Doors doors) {
        this.doors = doors;
    }

    /** An organisation as it is answered. */
    public record OrganisationView(String id, String name, Instant createTime) {}

    private record TenantRow(String name, Instant createTime) {}

    @GET
    @Path("/current")
    @Requires(value = Permission.ORGANISATION_READ, scoped = true)
    @Operation(summary = "The caller's organisation")
    public OrganisationView current() {
        return doors.reads().read(tx -> {
            TenantRow row = tx.first(TenantRow.class, "SELECT name, create_time FROM tenant WHERE id = ?", tx.tenant())
                    .orElseThrow();
            return new OrganisationView(
                    PublicId.format(Prefix.ORGANISATION, tx.tenant().value()), row.name(), row.createTime());
        });
    }
}
