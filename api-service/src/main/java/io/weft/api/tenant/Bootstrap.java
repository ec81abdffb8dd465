package io.weft.api.tenant;

import io.quarkus.runtime.StartupEvent;
import io.weft.api.access.ApiKeys;
import io.weft.api.access.CredentialText;
import io.weft.api.access.RoleBindings;
import io.weft.api.access.ServiceAccounts;
import io.weft.api.http.Prefix;
import io.weft.api.http.Role;
import io.weft.kit.audit.Audit;
import io.weft.kit.audit.AuditEntry;
import io.weft.kit.id.PublicId;
import io.weft.kit.id.TenantId;
import io.weft.kit.id.UuidV7;
import io.weft.kit.readiness.ReadinessCheck;
import io.weft.kit.tenancy.PlatformTx;
import io.weft.kit.tenancy.Reach.Scope;
import io.weft.kit.tenancy.TenantClaim;
import io.weft.kit.tenancy.TenantTransactions;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Creates organisations named in the configuration that do not exist yet, each with one admin key in a file. The file
 * is written before the commit: a key that could not be handed over is never stored.
 */
@Singleton
class Bootstrap implements ReadinessCheck {
    private static final Logger LOG = Logger.getLogger(Bootstrap.class);
    private static final String FIRST = "bootstrap";
    private static final Duration KEY_LIFE = Duration.ofDays(365);
    private static final String NAME_FORM = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    private final BootstrapConfig config;
    private final TenantTransactions transactions;
    private final ServiceAccounts accounts;
    private final RoleBindings bindings;
    private final ApiKeys keys;
    private final RandomGenerator random;
    private final InstantSource clock;

    Bootstrap(
            BootstrapConfig config,
            TenantTransactions transactions,
            ServiceAccounts accounts,
            RoleBindings bindings,
            ApiKeys keys,
            RandomGenerator random,
            InstantSource clock) {
        this.config = config;
        this.transactions = transactions;
        this.accounts = accounts;
        this.bindings = bindings;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
    }

    private record NewTenant(TenantId tenant, UUID objectId) implements TenantClaim {}

    @Override
    public List<String> dangers() {
        List<String> dangers = new ArrayList<>();
        List<String> names = config.organisations().orElse(List.of());
        if (!names.isEmpty() && config.keyFolder().isEmpty()) {
            dangers.add("weft.bootstrap.key-folder is not set, so the keys of weft.bootstrap.organisations could be"
                    + " handed to nobody: name a folder only operators can read");
        }
        names.stream()
                .filter(name -> !name.matches(NAME_FORM))
                .forEach(name -> dangers.add("weft.bootstrap.organisations holds " + name
                        + ", which is no name: use lower-case letters, digits and '-'"));
        return dangers;
    }

    void onStart(@Observes StartupEvent start) {
        config.keyFolder()
                .ifPresent(folder -> config.organisations().orElse(List.of()).forEach(name -> create(name, folder)));
    }

    private void create(String name, Path folder) {
        boolean created = transactions
                .claim(tx -> insertTenant(tx, name), (_, tx) -> {
                    createKey(tx, folder.resolve(name + ".key"));
                    return true;
                })
                .orElse(false);
        if (created) {
            LOG.infof("bootstrap.created organisation=%s keyFile=%s", name, folder.resolve(name + ".key"));
        }
    }

    private static Optional<NewTenant> insertTenant(PlatformTx tx, String name) {
        UUID id = UuidV7.next();
        int rows = tx.update("INSERT INTO tenant (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", id, name);
        return rows == 1 ? Optional.of(new NewTenant(new TenantId(id), id)) : Optional.empty();
    }

    private void createKey(TenantTx tx, Path file) {
        CredentialText secret = CredentialText.create(CredentialText.API_KEY, random);
        UUID account = accounts.create(tx, FIRST, "Holds the key that was made with the organisation");
        bindings.bind(tx, FIRST, account, Role.ADMIN);
        UUID id = keys.create(
                tx,
                new ApiKeys.NewKey(
                        FIRST,
                        Role.ADMIN,
                        account,
                        Scope.ORGANISATION,
                        clock.instant().plus(KEY_LIFE)),
                secret);
        Audit.record(
                tx,
                AuditEntry.of(
                        AuditEntry.ActorKind.SYSTEM,
                        "api-service",
                        "organisation.create",
                        "organisation",
                        PublicId.format(Prefix.ORGANISATION, tx.tenant().value())));
        LOG.debugf("bootstrap.key id=%s", PublicId.format(Prefix.API_KEY, id));
        write(file, secret);
    }

    /** A file of the name can only belong to an organisation that is gone; its key opens nothing. */
    private static void write(Path file, CredentialText secret) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, secret.text());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the admin key to " + file + ": check folder and rights", e);
        }
    }
}
