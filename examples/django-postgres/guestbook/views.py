from django.shortcuts import redirect, render

from .models import Entry


def book(request):
    if request.method == "POST":
        Entry.objects.create(text=request.POST["text"][:200])
        return redirect("/")
    return render(request, "book.html", {"entries": Entry.objects.order_by("-written")[:20]})
