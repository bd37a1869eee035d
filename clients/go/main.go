// Stores, finds, pages and watches articles, with grpc-go. See docs/clients.md for how to run it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	pb "example.com/news/gen/articled/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// ingest stores three pages; storing one again is UNCHANGED.
func ingest(ctx context.Context, client pb.ArticleServiceClient) {
	for _, what := range []string{"图书馆", "体育馆", "博物馆"} {
		text := fmt.Sprintf("竹溪县新%[1]s开馆\n本报讯 竹溪县新%[1]s5月6日开馆，市民可免费参观。", what)
		request := &pb.IngestArticleRequest{Document: &pb.RawDocument{Content: []byte(text), ContentType: "text/plain"}}
		fmt.Println("stored:", must(client.IngestArticle(ctx, request)).GetArticle().GetHeadline())
	}
}

// find finds Simplified text by a Traditional keyword.
func find(ctx context.Context, client pb.ArticleServiceClient) string {
	request := &pb.FilterArticlesRequest{Keywords: &pb.KeywordFilter{All: []string{"圖書館"}}, Snippets: 1}
	found := must(client.FilterArticles(ctx, request))
	match, text := found.GetMatches()[0], ""
	for _, segment := range match.GetSnippets()[0].GetSegments() {
		text += fmt.Sprintf(map[bool]string{true: "【%s】", false: "%s"}[segment.GetHit()], segment.GetText())
	}
	fmt.Println("found:", text)
	return match.GetArticle().GetName()
}

// page reads page after page, and returns the token from which a watch misses nothing.
func page(ctx context.Context, client pb.ArticleServiceClient) string {
	for request, count := (&pb.ListArticlesRequest{PageSize: 2}), 0; ; {
		answer := must(client.ListArticles(ctx, request))
		count += len(answer.GetArticles())
		// Only an empty token is the end: a page may have fewer articles than asked for, even none.
		if request.PageToken = answer.GetNextPageToken(); request.PageToken == "" {
			fmt.Println("listed:", count)
			return answer.GetResumeToken()
		}
	}
}

// watch handles changes until one is the last, resumes when the connection is lost, and returns the token of the last change.
func watch(ctx context.Context, client pb.ArticleServiceClient, token string, isLast func(*pb.WatchArticlesResponse) bool) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		events, err := client.WatchArticles(ctx, &pb.WatchArticlesRequest{ResumeToken: token})
		for err == nil {
			var event *pb.WatchArticlesResponse
			if event, err = events.Recv(); err == nil {
				if token = event.GetResumeToken(); isLast(event) {
					return token
				}
			}
		}
		if status.Code(err) != codes.Unavailable {
			log.Fatal(err) // OutOfRange: the token is too old, so list again, and watch from there.
		}
		time.Sleep(time.Second)
	}
}

// refused says what a call was refused for. Programs branch on the reason, not on the message.
func refused[T any](_ T, err error) {
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			fmt.Print("refused: ", detail.GetReason())
		case *errdetails.BadRequest:
			fmt.Println("", detail.GetFieldViolations()[0].GetField())
		case *errdetails.ResourceInfo:
			fmt.Println("", detail.GetResourceName())
		}
	}
}

func main() {
	// The retry policy of the contract covers a restart. A RAW article has up to 12 MiB; the default is 4. For TLS and tokens:
	// grpc.WithTransportCredentials, grpc.WithPerRPCCredentials. Newer versions: grpc.NewClient, insecure.NewCredentials().
	policy := grpc.WithDefaultServiceConfig(string(must(os.ReadFile("proto/articled/v1/service_config.json"))))
	ctx, size := context.Background(), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(13<<20))
	address := strings.TrimPrefix(os.Getenv("ARTICLED_SERVER"), "http://")
	if address == "" {
		address = "127.0.0.1:50051"
	}
	client := pb.NewArticleServiceClient(must(grpc.Dial(address, grpc.WithInsecure(), policy, size)))
	ingest(ctx, client)
	name, token := find(ctx, client), page(ctx, client)
	must(client.UpdateArticle(ctx, &pb.UpdateArticleRequest{Article: &pb.Article{Name: name, Headline: "更正"}}))
	token = watch(ctx, client, token, func(event *pb.WatchArticlesResponse) bool {
		fmt.Println("changed:", event.GetUpserted().GetHeadline())
		return true
	})
	must(client.DeleteArticle(ctx, &pb.DeleteArticleRequest{Name: name}))
	watch(ctx, client, token, func(event *pb.WatchArticlesResponse) bool {
		fmt.Println("deleted:", event.GetDeleted() == name)
		return true
	})
	refused(client.GetArticle(ctx, &pb.GetArticleRequest{Name: "articles/nothing"}))
	refused(client.ListArticles(ctx, &pb.ListArticlesRequest{Filter: "revision = x"}))
}
