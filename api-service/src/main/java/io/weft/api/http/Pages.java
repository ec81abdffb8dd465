package io.weft.api.http;

import io.weft.kit.id.TenantId;
import io.weft.kit.paging.PageTokens;
import io.weft.kit.problem.Problem;
import io.weft.kit.problem.ProblemType;
import io.weft.kit.tenancy.TenantTx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Keyset pages with signed tokens. A token binds position, filters and organisation. */
@ApplicationScoped
public class Pages {
    static final String SIZE = "pageSize";
    static final String TOKEN = "pageToken";
    private static final int USUAL = 50;
    private static final int MOST = 200;

    private final PageTokens tokens;
    private final CurrentCall call;
    private final Reads reads;

    Pages(PageTokens tokens, CurrentCall call, Reads reads) {
        this.tokens = tokens;
        this.call = call;
        this.reads = reads;
    }

    /** Runs the query of one page. */
    public <R extends Positioned, V> Page<V> list(
            UriInfo uri, BiFunction<TenantTx, PageRequest, List<R>> query, Function<R, V> view) {
        return listAll(uri, query, (_, rows) -> rows.stream().map(view).toList());
    }

    /** Like {@link #list}, for views that need further queries over the page's rows. */
    public <R extends Positioned, V> Page<V> listAll(
            UriInfo uri,
            BiFunction<TenantTx, PageRequest, List<R>> query,
            BiFunction<TenantTx, List<R>, List<V>> views) {
        TenantId tenant = call.caller().tenant();
        MultivaluedMap<String, String> parameters = uri.getQueryParameters();
        int size = size(parameters.getFirst(SIZE));
        String filters = uri.getPath() + "?" + canonical(parameters);
        PageRequest request = request(size, parameters.getFirst(TOKEN), tenant, filters);
        return reads.read(tx -> {
            List<R> rows = query.apply(tx, request);
            List<R> shown = rows.subList(0, Math.min(size, rows.size()));
            String next = null;
            if (rows.size() > size) {
                R last = shown.getLast();
                next = tokens.after(new PageTokens.Position(last.createTime(), last.id()), tenant, filters);
            }
            return new Page<>(views.apply(tx, shown), next);
        });
    }

    private PageRequest request(int size, @Nullable String token, TenantId tenant, String filters) {
        if (token == null) {
            return new PageRequest(size + 1, null, null);
        }
        PageTokens.Position after = tokens.read(token, tenant, filters);
        return new PageRequest(size + 1, after.createTime(), after.id());
    }

    private static int size(@Nullable String text) {
        if (text == null) {
            return USUAL;
        }
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw Problem.of(ProblemType.PARAMETER_INVALID, SIZE + " must be a whole number from 1 on");
        }
        return Math.min(MOST, Integer.parseInt(text));
    }

    /** Every parameter but size and token, sorted: the same list asked for in another order is the same list. */
    private static String canonical(MultivaluedMap<String, String> parameters) {
        Map<String, List<String>> sorted = new TreeMap<>(parameters);
        sorted.remove(SIZE);
        sorted.remove(TOKEN);
        return sorted.toString();
    }
}
