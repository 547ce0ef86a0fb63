package dev.tsumuji.logs;

import org.jspecify.annotations.Nullable;

/**
 * GetLogEvents' page token: {@code f/} for what lies behind a place or {@code b/} for what lies before it, the place, and
 * {@code /s}.
 */
record EventsToken(boolean forward, Position position) {

    /** @throws software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException when it is no such token */
    static EventsToken parse(String text) {
        boolean forward = text.startsWith("f/");
        if (!(forward || text.startsWith("b/")) || !text.endsWith("/s") || text.length() < 4) {
            throw PageToken.invalid();
        }
        var position = Position.parse(text.substring(2, text.length() - 2));
        if (position == null) {
            throw PageToken.invalid();
        }
        return new EventsToken(forward, position);
    }

    @Override
    public String toString() {
        return (forward ? "f/" : "b/") + position + "/s";
    }

    /**
     * The places of a page's first and last event.
     *
     * @param first goes into the backward token
     * @param last goes into the forward token
     */
    record Pair(Position first, Position last) {

        /** An empty page: the token that was followed comes back, its opposite leads to the same place from the other side. */
        static Pair atEnd(@Nullable EventsToken followed) {
            if (followed == null) {
                return new Pair(Position.FIRST, Position.FIRST);
            }
            var place = followed.position();
            return followed.forward() ? new Pair(place.next(), place) : new Pair(place, place.previous());
        }
    }
}
