package dev.tsumuji.wire;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;

/**
 * A page of the platform's own, beside AWS's APIs. All but the {@linkplain #open open} ones are signed, for the
 * service {@code tsumuji}.
 */
@FunctionalInterface
public interface Page {

    /** A page that everybody may see, unsigned. */
    static Page open(Page page) {
        return new Page() {
            @Override
            public void answer(Request request, Call call, Reply reply) throws IOException {
                page.answer(request, call, reply);
            }

            @Override
            public boolean isOpen() {
                return true;
            }
        };
    }

    /** @param call of nobody for an open page */
    void answer(Request request, Call call, Reply reply) throws IOException;

    /** Whether it answers requests without a signature; its call is nobody's then. */
    default boolean isOpen() {
        return false;
    }

    /** Whether it answers this request without a signature, by what else the request shows; the page checks that itself. */
    default boolean admits(Request request) {
        return isOpen();
    }

    /** Whether only an account's owner may see it; else the page decides by the call. */
    default boolean rootOnly() {
        return true;
    }
}
