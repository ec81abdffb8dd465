package io.weft.api.audit;

import io.weft.api.http.CurrentCall;
import io.weft.api.http.Reads;
import io.weft.kit.id.TenantId;
import io.weft.kit.paging.PageTokens;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.seal.SealCheck;
import io.weft.kit.seal.SealFault;
import io.weft.kit.seal.SealRange;
import io.weft.kit.seal.SealTrust;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recomputes the log piece by piece; a token leads from one to the next. */
@ApplicationScoped
class Verification {
    private static final Pattern HEAD = Pattern.compile("([1-9]\\d{0,17}):([0-9a-f]{64})");

    private final Reads reads;
    private final CurrentCall call;
    private final PageTokens tokens;
    private final AuditConfig config;
    private final InstantSource clock;

    Verification(Reads reads, CurrentCall call, PageTokens tokens, AuditConfig config, InstantSource clock) {
        this.reads = reads;
        this.call = call;
        this.tokens = tokens;
        this.config = config;
        this.clock = clock;
    }

    VerificationView verify(SealRange asked, @Nullable String knownHead, @Nullable String token) {
        TenantId tenant = call.caller().tenant();
        String filters = "audit-entries/verification?from=" + asked.from() + "&to=" + asked.to();
        SealRange range = token == null ? asked : asked.behind(position(tokens.read(token, tenant, filters)));
        Matcher known = knownHead == null ? null : head(knownHead);
        return reads.read(tx -> {
            SealCheck.Found found = SealCheck.check(tx, range, trust());
            Optional<SealFault> fault = found.fault().or(() -> known(tx, known));
            SealRange.Position next = fault.isPresent() ? null : found.next();
            return VerificationView.of(
                    SealCheck.state(tx),
                    found,
                    fault,
                    next == null ? null : tokens.after(token(next), tenant, filters));
        });
    }

    private static Optional<SealFault> known(TenantTx tx, @Nullable Matcher head) {
        return head == null ? Optional.empty() : SealCheck.knownHead(tx, Long.parseLong(head.group(1)), head.group(2));
    }

    private static Matcher head(String text) {
        Matcher head = HEAD.matcher(text);
        if (!head.matches()) {
            throw Problem.of(
                    ProblemType.PARAMETER_INVALID,
                    "knownHead must be the head of an earlier answer: a seal's number, a colon, 64 hexadecimal digits");
        }
        return head;
    }

    private SealTrust trust() {
        LocalDate thisMonth =
                clock.instant().atZone(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1);
        return new SealTrust(
                config.trustedKeys().map(Set::copyOf),
                thisMonth
                        .minusMonths(config.retentionMonths())
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant());
    }

    private static SealRange.Position position(PageTokens.Position position) {
        return new SealRange.Position(position.id().getLeastSignificantBits(), position.createTime());
    }

    private static PageTokens.Position token(SealRange.Position position) {
        return new PageTokens.Position(position.through(), new UUID(0, position.seal()));
    }
}
