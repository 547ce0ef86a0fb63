package dev.tsumuji.wire.sign;

/**
 * For what a signing key is good: one day, one region, one service.
 *
 * @param date {@code YYYYMMDD}
 */
public record Scope(String date, String region, String service) {
    static final String TERMINATOR = "aws4_request";

    @Override
    public String toString() {
        return date + "/" + region + "/" + service + "/" + TERMINATOR;
    }
}
