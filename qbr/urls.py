from django.urls import URLPattern, URLResolver, path

from qbr.views import builder, links, reviews

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/", reviews.index, name="reviews"),
    path("new/review/", reviews.new, name="new_review"),
    path("reviews/<int:pk>/", reviews.show, name="review"),
    path("reviews/<int:pk>/slides/<str:slide>/", builder.words, name="review_words"),
    path("reviews/<int:pk>/slides/<str:slide>/reset/", builder.reset, name="review_reset"),
    path("reviews/<int:pk>/slides/<str:slide>/try/", builder.try_words, name="review_try"),
    path("reviews/<int:pk>/slides/<str:slide>/hide/", builder.hide, name="review_hide"),
    path("reviews/<int:pk>/slides/<str:slide>/take/", builder.take, name="review_take"),
    path("reviews/<int:pk>/order/", builder.arrange, name="review_order"),
    path("reviews/<int:pk>/preview/", reviews.preview, name="review_preview"),
    path("reviews/<int:pk>/freeze/", reviews.freeze, name="review_freeze"),
    path("reviews/<int:pk>/edition/", reviews.edition, name="review_edition"),
    path("reviews/<int:pk>/progress/", reviews.progress, name="review_progress"),
    path("reviews/<int:pk>/pdf/", reviews.pdf, name="review_pdf"),
    path("reviews/<int:pk>/slides-file/", reviews.pptx, name="review_pptx"),
    path("reviews/<int:pk>/slides-file/make/", reviews.make_pptx, name="review_make_pptx"),
    path("reviews/<int:pk>/links/", links.share, name="review_share"),
    path("reviews/<int:pk>/links/<int:link>/end/", links.revoke, name="review_unshare"),
    path("shared/review/<str:token>/", links.shared, name="shared_review"),
    path("shared/review/<str:token>/pages/", links.shared_pages, name="shared_pages"),
    path("shared/review/<str:token>/pdf/", links.shared_pdf, name="shared_pdf"),
    path("clients/<str:key>/reviews/", reviews.of_client, name="client_reviews"),
]
