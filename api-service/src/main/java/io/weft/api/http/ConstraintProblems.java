package io.weft.api.http;

import static java.util.Map.entry;

import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.DatabaseException;
import java.util.Map;
import java.util.Optional;

/**
 * What a violated constraint means to the caller, by its name. A constraint that is not listed is our mistake: 500. All
 * of them lead with the tenant, so none tells of another organisation's rows.
 */
final class ConstraintProblems {
    private record Meaning(ProblemType type, String detail) {}

    private static final String TAKEN = "Choose another name";
    private static final Map<String, Meaning> MEANINGS = Map.ofEntries(
            entry("api_key_tenant_id_name_key", new Meaning(ProblemType.NAME_TAKEN, TAKEN)),
            entry("cluster_tenant_id_name_key", new Meaning(ProblemType.NAME_TAKEN, TAKEN)),
            entry("mesh_tenant_id_name_key", new Meaning(ProblemType.NAME_TAKEN, TAKEN)),
            entry("installation_tenant_id_name_key", new Meaning(ProblemType.NAME_TAKEN, TAKEN)),
            entry("policy_tenant_id_name_key", new Meaning(ProblemType.NAME_TAKEN, TAKEN)),
            entry(
                    "mesh_release_tenant_id_family_version_key",
                    new Meaning(ProblemType.NAME_TAKEN, "This version of the family is uploaded already")),
            entry(
                    "installation_tenant_id_mesh_id_cluster_id_key",
                    new Meaning(ProblemType.STATE_CONFLICT, "The mesh is installed in this cluster already")),
            entry(
                    "placement_pkey",
                    new Meaning(
                            ProblemType.STATE_CONFLICT,
                            "A selected namespace belongs to another installation of the cluster")),
            entry(
                    "rollout_one_active_per_cluster",
                    new Meaning(
                            ProblemType.STATE_CONFLICT,
                            "A rollout is active in this cluster: wait for its end, or abort it")),
            inUse("installation_tenant_id_cluster_id_fkey", "The cluster has installations: delete them first"),
            inUse("installation_tenant_id_mesh_id_fkey", "The mesh has installations: delete them first"),
            inUse("enrolment_token_tenant_id_cluster_id_fkey", "The cluster is being deleted"),
            inUse("placement_tenant_id_cluster_id_fkey", "Namespaces of the cluster are placed: delete installations"),
            inUse("placement_tenant_id_installation_id_fkey", "Namespaces are placed on the installation"),
            inUse("movement_tenant_id_cluster_id_fkey", "Workloads of the cluster are placed: delete installations"),
            inUse("control_plane_tenant_id_installation_id_fkey", "Control planes of the installation still run"),
            inUse("control_plane_tenant_id_release_id_fkey", "A control plane runs this release"));

    private static final String DISK_FULL = "53100";
    private static final String FULL =
            "The database's disk is full: nothing was written. Free space there, then try again";
    private static final String AWAY =
            "The database did not answer. Whether a write took place is not known: read before "
                    + "you try again, or repeat it with the same Idempotency-Key";

    private ConstraintProblems() {}

    private static Map.Entry<String, Meaning> inUse(String constraint, String detail) {
        return entry(constraint, new Meaning(ProblemType.STATE_CONFLICT, detail));
    }

    static Optional<Problem> of(DatabaseException refused) {
        Optional<Problem> byConstraint =
                refused.constraint().map(MEANINGS::get).map(meaning -> Problem.of(meaning.type(), meaning.detail()));
        return byConstraint.isPresent() ? byConstraint : bySqlState(refused.sqlState());
    }

    /** Connection lost, out of resources, shutting down, serialization failure: the caller may try again. */
    private static Optional<Problem> bySqlState(String state) {
        boolean passing = state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals("40001")
                || state.equals("40P01");
        return passing
                ? Optional.of(Problem.of(ProblemType.UNAVAILABLE, state.equals(DISK_FULL) ? FULL : AWAY))
                : Optional.empty();
    }
}
