package dev.tsumuji.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IamCredentialsTest {
    private final Cell cell = new Cell();
    private final IamCredentials credentials = cell.iam.credentials();

    private Session session() {
        return new Session(
                cell.now,
                cell.now.plusSeconds(900),
                List.of("{}"),
                List.of("arn:aws:iam::aws:policy/ReadOnlyAccess"),
                Map.of("team", "blue"),
                Map.of("sts:ExternalId", "x"));
    }

    @Test
    void a_session_is_found_again_with_all_that_it_carries() {
        for (var principal : List.of(
                new Principal.Root(cell.account),
                new Principal.User(cell.account, "/", "ada", "AIDAX"),
                new Principal.AssumedRole(cell.account, "/p/", "role", "AROAX", "session"),
                new Principal.FederatedUser(new Principal.User(cell.account, "/", "ada", "AIDAX"), "bob"))) {
            var issued = credentials.issue(principal, session());

            assertThat(credentials.find(issued.accessKeyId(), issued.sessionToken()))
                    .contains(issued);
        }
    }

    @Test
    void a_session_outlives_a_restart() {
        var issued = credentials.issue(new Principal.Root(cell.account), session());

        var restarted = new Cell(cell.kv);

        assertThat(restarted.iam.credentials().find(issued.accessKeyId(), issued.sessionToken()))
                .contains(issued);
    }

    @Test
    void a_token_with_any_bit_changed_is_not_found() {
        var issued = credentials.issue(new Principal.Root(cell.account), session());
        var token = Base64.getDecoder().decode(issued.sessionToken());

        for (int bit = 0; bit < token.length * 8; bit += 5) {
            var changed = token.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(credentials.find(
                            issued.accessKeyId(), Base64.getEncoder().encodeToString(changed)))
                    .isEmpty();
        }
        assertThat(credentials.find("ASIAOTHEROTHEROTHERO", issued.sessionToken()))
                .isEmpty();
        for (var text : List.of("", "x", "====", "AQ==", "é", "A".repeat(100_000))) {
            assertThat(credentials.find(issued.accessKeyId(), text)).isEmpty();
        }
    }

    @Test
    void a_deactivated_or_deleted_key_is_gone_at_once() {
        cell.root.createUser(request -> request.userName("ada"));
        var id = cell.root
                .createAccessKey(request -> request.userName("ada"))
                .accessKey()
                .accessKeyId();
        assertThat(credentials.find(id, null)).isPresent();

        cell.root.updateAccessKey(
                request -> request.userName("ada").accessKeyId(id).status("Inactive"));
        assertThat(credentials.find(id, null)).isEmpty();
        cell.root.updateAccessKey(
                request -> request.userName("ada").accessKeyId(id).status("Active"));
        assertThat(credentials.find(id, null)).isPresent();
        cell.root.deleteAccessKey(request -> request.userName("ada").accessKeyId(id));
        assertThat(credentials.find(id, null)).isEmpty();
    }
}
