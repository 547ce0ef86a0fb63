package dev.tsumuji.examples.paper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Runs for every file that comes into the bucket of pages: cuts its pages into tiles and puts them into the site's bucket,
 * under {@code pages/NAME/PAGE/LEVEL/COLUMN_ROW.jpg}, then {@code pages/NAME/PAGE.json} with a page's measures, and at last
 * {@code pages/NAME.json}, which says how many pages there are: who sees that sees all. The same file gives the same objects,
 * so running twice does no harm.
 *
 * <p>Environment: {@code SITE_BUCKET}.
 */
public final class PageHandler implements RequestHandler<S3Event, String> {
    private static final String JSON = "application/json";

    static {
        ImageIO.setUseCache(false);
    }

    private final S3Client s3;
    private final String site;

    /** Made once per instance, by Lambda. */
    public PageHandler() {
        this(S3Client.create(), System.getenv("SITE_BUCKET"));
    }

    PageHandler(S3Client s3, @Nullable String site) {
        if (site == null) {
            throw new IllegalStateException("SITE_BUCKET is not set");
        }
        this.s3 = s3;
        this.site = site;
    }

    @Override
    public String handleRequest(S3Event event, Context context) {
        int tiles = 0;
        for (var record : event.getRecords()) {
            var bucket = record.getS3().getBucket().getName();
            var key = record.getS3().getObject().getUrlDecodedKey();
            context.getLogger().log("cutting s3://" + bucket + "/" + key + "\n");
            tiles += cut(bucket, key);
        }
        return tiles + " tiles";
    }

    private int cut(String bucket, String key) {
        var file = s3.getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArrayUnsafe();
        var name = "pages/" + withoutEnding(key);
        int[] tiles = new int[1];
        try {
            int pages = PageFile.forEach(key, file, (number, image) -> {
                var pyramid = Pyramid.of(image);
                var page = name + "/" + number;
                for (var tile : pyramid.tiles()) {
                    put(
                            page + "/" + tile.level() + "/" + tile.column() + "_" + tile.row() + ".jpg",
                            "image/jpeg",
                            Jpeg.write(tile.image()));
                    tiles[0]++;
                }
                put(page + ".json", JSON, measures(pyramid).getBytes(StandardCharsets.UTF_8));
            });
            put(name + ".json", JSON, ("{\"pages\":" + pages + "}").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("s3://" + bucket + "/" + key, e);
        }
        return tiles[0];
    }

    private static String measures(Pyramid pyramid) {
        return "{\"width\":" + pyramid.width() + ",\"height\":" + pyramid.height() + ",\"tileSize\":"
                + Pyramid.TILE_SIZE + ",\"levels\":" + pyramid.levels().size() + "}";
    }

    private void put(String key, String type, byte[] body) {
        s3.putObject(r -> r.bucket(site).key(key).contentType(type), RequestBody.fromBytes(body));
    }

    private static String withoutEnding(String key) {
        int dot = key.lastIndexOf('.');
        return dot > key.lastIndexOf('/') + 1 ? key.substring(0, dot) : key;
    }
}
