// Stores, finds, pages and watches articles, with grpc-java. See docs/clients.md for how to run it.
import articled.v1.*;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import io.grpc.Context;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

public final class Example {
    private static ArticleServiceGrpc.ArticleServiceBlockingStub stub;

    private static boolean show(String what, Object value) {
        System.out.println(what + ": " + value);
        return true;
    }

    /** Stores three pages; storing one again is UNCHANGED. */
    private static void ingest() {
        for (String what : List.of("图书馆", "体育馆", "博物馆")) {
            String text = "竹溪县新" + what + "开馆\n本报讯 竹溪县新" + what + "5月6日开馆，市民可免费参观。";
            var document = RawDocument.newBuilder().setContent(ByteString.copyFromUtf8(text)).setContentType("text/plain");
            var stored = stub.ingestArticle(IngestArticleRequest.newBuilder().setDocument(document).build());
            show("stored", stored.getArticle().getHeadline());
        }
    }

    /** Finds Simplified text by a Traditional keyword. */
    private static String find() {
        KeywordFilter.Builder keywords = KeywordFilter.newBuilder().addAll("圖書館");
        var request = FilterArticlesRequest.newBuilder().setKeywords(keywords).setSnippets(1).build();
        ArticleMatch match = stub.filterArticles(request).getMatches(0);
        StringBuilder text = new StringBuilder();
        for (SnippetSegment segment : match.getSnippets(0).getSegmentsList()) {
            text.append(segment.getHit() ? "【" + segment.getText() + "】" : segment.getText());
        }
        show("found", text);
        return match.getArticle().getName();
    }

    /** Reads page after page, and returns the token from which a watch misses nothing. */
    private static String page() {
        ListArticlesRequest.Builder request = ListArticlesRequest.newBuilder().setPageSize(2);
        for (int count = 0;;) {
            ListArticlesResponse answer = stub.listArticles(request.build());
            count += answer.getArticlesCount();
            // Only an empty token is the end: a page may have fewer articles than asked for, even none.
            if (answer.getNextPageToken().isEmpty()) {
                show("listed", count);
                return answer.getResumeToken();
            }
            request.setPageToken(answer.getNextPageToken());
        }
    }

    /** Handles changes until one is the last, and goes on after it when the connection is lost; returns its token. */
    private static String watch(String token, Predicate<WatchArticlesResponse> isLast) throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        Context previous = context.attach();
        try {
            for (;; Thread.sleep(1000)) {
                var request = WatchArticlesRequest.newBuilder().setResumeToken(token).build();
                try {
                    for (var events = stub.watchArticles(request); events.hasNext();) {
                        var event = events.next();
                        token = event.getResumeToken();
                        if (isLast.test(event)) return token;
                    }
                } catch (StatusRuntimeException error) {
                    // OUT_OF_RANGE: the token is too old, so list again, and watch from there.
                    if (error.getStatus().getCode() != Status.Code.UNAVAILABLE) throw error;
                }
            }
        } finally {
            context.detach(previous);
            context.cancel(null);
        }
    }

    /** Says what a call was refused for. Programs branch on the reason, not on the message. */
    private static void refused(Runnable call) throws Exception {
        try {
            call.run();
        } catch (StatusRuntimeException error) {
            String reason = "", about = "";
            for (var detail : StatusProto.fromThrowable(error).getDetailsList()) {
                if (detail.is(ErrorInfo.class)) reason = detail.unpack(ErrorInfo.class).getReason();
                if (detail.is(BadRequest.class)) about = detail.unpack(BadRequest.class).getFieldViolations(0).getField();
                if (detail.is(ResourceInfo.class)) about = detail.unpack(ResourceInfo.class).getResourceName();
            }
            show("refused", reason + " " + about);
        }
    }

    public static void main(String[] arguments) throws Exception {
        String address = System.getenv().getOrDefault("ARTICLED_SERVER", "127.0.0.1:50051").replace("http://", "");
        // RAW articles have up to 12 MiB. Without keepalive a watch does not notice that the server's machine is gone.
        // For TLS leave out usePlaintext; for tokens use stub.withCallCredentials.
        var channel = ManagedChannelBuilder.forTarget(address).usePlaintext().enableRetry()
            .maxInboundMessageSize(13 << 20).keepAliveTime(20, TimeUnit.SECONDS).build();
        stub = ArticleServiceGrpc.newBlockingStub(channel).withWaitForReady();
        ingest();
        String name = find(), token = page();
        var corrected = Article.newBuilder().setName(name).setHeadline("更正");
        stub.updateArticle(UpdateArticleRequest.newBuilder().setArticle(corrected).build());
        token = watch(token, event -> show("changed", event.getUpserted().getHeadline()));
        stub.deleteArticle(DeleteArticleRequest.newBuilder().setName(name).build());
        watch(token, event -> show("deleted", event.getDeleted().equals(name)));
        refused(() -> stub.getArticle(GetArticleRequest.newBuilder().setName("articles/nothing").build()));
        refused(() -> stub.listArticles(ListArticlesRequest.newBuilder().setFilter("revision = x").build()));
        channel.shutdownNow();
    }
}
