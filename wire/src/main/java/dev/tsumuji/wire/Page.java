package dev.tsumuji.wire;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;

/**
 * A page of the platform's own, beside AWS's APIs. Those under {@code /_localstack/} are open to everybody; all others are
 * signed, for the service {@code tsumuji}.
 */
@FunctionalInterface
public interface Page {

    /** @param call of nobody for an open page */
    void answer(Request request, Call call, Reply reply) throws IOException;

    /** Whether only an account's owner may see it; else the page decides by the call. */
    default boolean rootOnly() {
        return true;
    }
}
