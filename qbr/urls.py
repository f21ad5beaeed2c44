from django.urls import URLPattern, URLResolver, path

from qbr import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/", views.index, name="reviews"),
    path("new/review/", views.new, name="new_review"),
    path("reviews/<int:pk>/", views.show, name="review"),
    path("reviews/<int:pk>/slides/<str:slide>/", views.words, name="review_words"),
    path("reviews/<int:pk>/slides/<str:slide>/reset/", views.reset, name="review_reset"),
    path("reviews/<int:pk>/slides/<str:slide>/try/", views.try_words, name="review_try"),
    path("reviews/<int:pk>/slides/<str:slide>/hide/", views.hide, name="review_hide"),
    path("reviews/<int:pk>/slides/<str:slide>/take/", views.take, name="review_take"),
    path("reviews/<int:pk>/order/", views.arrange, name="review_order"),
    path("reviews/<int:pk>/preview/", views.preview, name="review_preview"),
    path("reviews/<int:pk>/freeze/", views.freeze, name="review_freeze"),
    path("reviews/<int:pk>/edition/", views.edition, name="review_edition"),
    path("reviews/<int:pk>/progress/", views.progress, name="review_progress"),
    path("reviews/<int:pk>/pdf/", views.pdf, name="review_pdf"),
    path("clients/<str:key>/reviews/", views.of_client, name="client_reviews"),
]
