package dev.tsumuji.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersTest {
    private final Headers headers = Headers.of("X-Amz-Date", "now", "Accept", "a", "ACCEPT", "b");

    @Test
    void a_name_is_found_in_any_case() {
        assertThat(headers.get("x-AMZ-date")).isEqualTo("now");
        assertThat(headers.get("date")).isNull();
    }

    @Test
    void repeated_fields_stay_apart_and_in_order() {
        assertThat(headers.all("accept")).containsExactly("a", "b");
        assertThat(headers.get("accept")).isEqualTo("a");
        assertThat(headers.size()).isEqualTo(3);
    }

    @Test
    void visitors_see_names_in_lower_case() {
        var names = new ArrayList<String>();
        headers.forEach((name, value) -> names.add(name));
        assertThat(names).containsExactly("x-amz-date", "accept", "accept");
    }

    @Test
    void entries_are_copied() {
        assertThat(Headers.copyOf(List.of(Map.entry("A", "1"))).get("a")).isEqualTo("1");
    }

    @Test
    void a_name_without_a_value_is_a_programming_error() {
        assertThatThrownBy(() -> Headers.of("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void printing_shows_no_values() {
        assertThat(headers.toString()).doesNotContain("now");
    }
}
