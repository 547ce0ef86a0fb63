package dev.tsumuji.conformance.bench;

import java.util.Map;

/** The function that is measured: answers what it is sent. */
public final class EchoHandler {
    public Map<String, Object> handle(Map<String, Object> event) {
        return event;
    }
}
